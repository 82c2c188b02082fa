"""The ledger for those who may read it; nobody writes here."""

from django.contrib import admin

from ledger.models import LedgerEntry


@admin.register(LedgerEntry)
class LedgerEntryAdmin(admin.ModelAdmin):
    list_display = ("chain", "sequence", "at", "actor", "action", "subject")
    list_filter = ("action",)
    search_fields = ("chain", "actor", "subject")
    ordering = ("-id",)
    show_full_result_count = False

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False
