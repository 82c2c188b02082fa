"""Which of the two languages a page is answered in."""

from django.conf import settings
from django.utils import translation


def chosen_language(get_response):
    """Answer in the language a person picked, else in Chinese.

    Django's LocaleMiddleware would follow the browser's own language first; an office PC with an English browser
    would then show the county's portal in English.
    """
    known = dict(settings.LANGUAGES)

    def answer(request):
        picked = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME)
        language = picked if picked in known else settings.LANGUAGE_CODE
        request.LANGUAGE_CODE = language
        with translation.override(language):
            response = get_response(request)
        response.headers.setdefault("Content-Language", language)
        return response

    return answer
