"""Who may open what: every address of the portal by role, place and state, as data (domain.md, Who uses it).

A page about a county lists, by place and state, the roles that get it (200); everyone else signed in gets 404, and
whoever isn't signed in is sent to the sign-in page.
"""

from __future__ import annotations

from accounts.roles import Role

CITY_VIEWER = "city_viewer"
CITY_ORGANIZATION = "city_organization"
EVERYBODY = {*Role, CITY_VIEWER, CITY_ORGANIZATION}
BLIND = {Role.CRITERIA_ADMINISTRATOR, Role.SYSTEM_ADMINISTRATOR, Role.SECURITY_ADMINISTRATOR}
ORGANIZATION = {Role.ORGANIZATION_REVIEWER, Role.ORGANIZATION_APPROVER}
TOWNSHIP = {Role.ENTRY_CLERK, Role.TOWNSHIP_REVIEWER}
DEPARTMENTS = {Role.DEPARTMENT_CLERK, Role.DEPARTMENT_REVIEWER}
WHOLE_CITY = {Role.AUDITOR, CITY_ORGANIZATION}
WHOLE_COUNTY = ORGANIZATION | WHOLE_CITY
AT_WORK = WHOLE_COUNTY | TOWNSHIP | DEPARTMENTS | {Role.BRANCH_VIEWER}
READERS = EVERYBODY - BLIND  # once the county is confirmed
NOBODY: set = set()

# page: place: (provisional, confirmed). 示范县 changes its state; the other county and its round stay provisional.
LIST = {
    "own": (AT_WORK, READERS),
    "other": (WHOLE_CITY, WHOLE_CITY),
    "nowhere": (NOBODY, NOBODY),
}
WHOLE = LIST | {"own": (WHOLE_COUNTY, READERS)}
CITY_WIDE = {CITY_ORGANIZATION}  # both rounds lie in the city; one county's people steer no round over two
STEERED = {"own": (CITY_WIDE, CITY_WIDE), "other": (CITY_WIDE, CITY_WIDE), "nowhere": (NOBODY, NOBODY)}
CLERKS = {Role.ENTRY_CLERK, Role.DEPARTMENT_CLERK}
# Pages of entry: a county's state changes what they take, never who finds them. Of branches: `own` and `mate` are the
# township's, a department's clerk finds `sibling` too.
ENTRY = {"own": (CLERKS, CLERKS), "other": (NOBODY, NOBODY), "nowhere": (NOBODY, NOBODY)}
ENTRY_OF_BRANCH = ENTRY | {"mate": (CLERKS, CLERKS), "sibling": ({Role.DEPARTMENT_CLERK}, {Role.DEPARTMENT_CLERK})}
OF_TOWNSHIP = ENTRY | {"own": ({Role.ENTRY_CLERK}, {Role.ENTRY_CLERK})}
CHECKED = ENTRY | {"own": ({Role.TOWNSHIP_REVIEWER}, {Role.TOWNSHIP_REVIEWER})}
WATCHED = LIST | {"own": (WHOLE_COUNTY, WHOLE_COUNTY)}
APPROVED = ENTRY | {"own": ({Role.ORGANIZATION_APPROVER}, {Role.ORGANIZATION_APPROVER})}
PROPOSED = ENTRY | {"own": ({Role.ORGANIZATION_REVIEWER}, {Role.ORGANIZATION_REVIEWER})}
OPENING = WHOLE_COUNTY | TOWNSHIP | {Role.BRANCH_VIEWER}  # see every value of the branch 近水村
REVIEWERS = WHOLE_COUNTY | {Role.DEPARTMENT_REVIEWER}  # of the star ecology; the organization and the auditor look on
REVIEWED = {"own": (REVIEWERS, REVIEWERS), "other": (WHOLE_CITY, WHOLE_CITY), "nowhere": (NOBODY, NOBODY)}
REVIEWED_BRANCH = REVIEWED | {"mate": (REVIEWERS, REVIEWERS), "sibling": (REVIEWERS, REVIEWERS)}
OF_STAR = ENTRY | {"own": ({Role.DEPARTMENT_REVIEWER}, {Role.DEPARTMENT_REVIEWER})}
CHECKED_BRANCH = CHECKED | {"mate": CHECKED["own"], "sibling": (NOBODY, NOBODY)}
OF_DEPARTMENT = ENTRY | {"own": ({Role.DEPARTMENT_CLERK}, {Role.DEPARTMENT_CLERK})}
SENT_BY_CLERK = OF_TOWNSHIP  # a file is its sender's alone: the township's clerk sent the one in each place
REPORTING = {Role.DEPARTMENT_REVIEWER, Role.ORGANIZATION_REVIEWER}
REPORTED = ENTRY | {"own": (REPORTING, REPORTING)}
HANDLING = ORGANIZATION | {Role.DEPARTMENT_REVIEWER}  # of objections; the department's reviewer of that star
HANDLED = ENTRY | {"own": (HANDLING, HANDLING)}
APPEALING = {Role.TOWNSHIP_REVIEWER, Role.ORGANIZATION_APPROVER}
APPEALED = ENTRY | {"own": (APPEALING, APPEALING)}
SEALED = {"own": (NOBODY, READERS), "other": (NOBODY, NOBODY), "nowhere": (NOBODY, NOBODY)}
COUNTY_PAGES = {
    "objections": HANDLED,
    "objection": HANDLED,
    "objection_new": PROPOSED,
    "appeals": APPEALED,
    "standing": SEALED,
    "standing_csv": SEALED,
    "standing_xlsx": SEALED,
    "ranking": LIST,
    "ranking_csv": LIST,
    "ranking_xlsx": LIST,
    "standard": LIST,
    "townships": WHOLE,
    "counties": WHOLE,
    "branch": LIST
    | {
        "mate": (AT_WORK - {Role.BRANCH_VIEWER}, READERS),
        "sibling": (WHOLE_COUNTY | DEPARTMENTS, READERS),
    },
    "runs": STEERED,
    "run": STEERED,
    "work": ENTRY,
    "entry_grid": ENTRY,
    "entry_points": ENTRY,
    "entry_submit": OF_TOWNSHIP,
    "entry_receipt": LIST | {"own": (OPENING, OPENING)},
    "check": CHECKED,
    "check_branch": CHECKED_BRANCH,
    "check_star": CHECKED_BRANCH,
    "review_queue": REVIEWED,
    "review_star": REVIEWED_BRANCH,
    "review_bulk": OF_STAR,
    "review_samples": REVIEWED,
    "countersigns": OF_DEPARTMENT,
    "countersign": OF_DEPARTMENT,
    "vetoes": LIST,
    "vetoes_csv": LIST,
    "vetoes_xlsx": LIST,
    "veto_report": REPORTED,
    "veto": LIST | {"own": (OPENING | {Role.DEPARTMENT_REVIEWER}, OPENING | {Role.DEPARTMENT_REVIEWER})},
    "entry_overview": WATCHED,
    "entry_branches": WATCHED,
    "county_road": WATCHED,
    "county_calendar": WATCHED,
    "county_branches": WATCHED,
    "county_branch": WATCHED | {"mate": (WHOLE_COUNTY, WHOLE_COUNTY), "sibling": (WHOLE_COUNTY, WHOLE_COUNTY)},
    "county_absent": WATCHED,
    "county_list": WATCHED,
    "entry_workbook": ENTRY,
    "entry_import": OF_DEPARTMENT,
    "uploads": ENTRY,
    "upload": SENT_BY_CLERK,
    "upload_errors": SENT_BY_CLERK,
    "entry_branch": ENTRY_OF_BRANCH,
    "entry_burden": LIST | {"own": (WHOLE_COUNTY | TOWNSHIP, WHOLE_COUNTY | TOWNSHIP)},
}
# Of COUNTY_PAGES, looked at and posted to; others only looked at.
FORMS = {
    "veto_report", "check", "check_branch", "check_star", "review_star", "review_bulk", "review_samples", "countersign",
}  # fmt: skip
FORMS |= {"runs", "entry_branch", "entry_submit", "entry_workbook", "entry_import", "upload"}
FORMS |= {"county_calendar", "county_branch", "county_absent"}
FORMS |= {"objection", "objection_new"}
POSTED = {
    "objection": HANDLED, "objection_new": PROPOSED,
    "county_step": APPROVED, "county_calendar": APPROVED, "county_absent": PROPOSED, "county_branch": PROPOSED,
    "entry_branch": ENTRY_OF_BRANCH,
    "entry_answer": ENTRY, "check": CHECKED, "check_branch": CHECKED_BRANCH, "check_star": CHECKED_BRANCH,
    "review_star": REVIEWED_BRANCH, "review_correct": OF_STAR, "review_bulk": OF_STAR, "review_undo": OF_STAR,
    "review_samples": OF_STAR, "review_visit": OF_STAR, "countersign": OF_DEPARTMENT,
    "cancel_run": STEERED, "resume_run": STEERED, "runs": STEERED, "entry_submit": OF_TOWNSHIP,
    "entry_withdraw": OF_TOWNSHIP, "entry_due": APPROVED, "entry_ask": ENTRY,
    "entry_decide": APPROVED, "entry_workbook": ENTRY, "entry_import": OF_DEPARTMENT, "upload": SENT_BY_CLERK,
    "entry_workbook_file": ENTRY, "veto_report": REPORTED, "veto_ask": REPORTED, "veto_rule": APPROVED,
}  # fmt: skip  # 302 where allowed, but for:
ANSWERED = {"entry_workbook_file": 200}  # the workbook itself
UNFILLED = ("check_branch", "check_star", "review_star", "review_correct", "review_samples", "review_visit")
UNFILLED += ("countersign", "county_calendar", "veto_report", "veto_ask", "veto_rule")
UNFILLED += ("objection",)
ANSWERED |= {"objection_new": 200}  # a branch is chosen first
ANSWERED |= dict.fromkeys(UNFILLED, 422)  # an empty form comes back with what is missing
# Posted by whoever may look and has no role there: 403, and the refusal is in the ledger.
LOOKED_ON = dict.fromkeys(("county_step", "county_calendar", "county_absent"), WATCHED)
LOOKED_ON |= {"county_branch": COUNTY_PAGES["county_branch"], "review_correct": REVIEWED_BRANCH}
LOOKED_ON |= dict.fromkeys(("review_bulk", "review_undo", "review_samples", "review_visit"), REVIEWED)
LOOKED_ON |= dict.fromkeys(("veto_ask", "veto_rule"), COUNTY_PAGES["veto"])
SENT = {"save_values": ENTRY}  # JSON is sent: 400 for an empty body where allowed, 401 for whoever isn't signed in
# Evidence is seen as its values are; test_evidence_seen.py
EVIDENCE = {"evidence", "evidence_remove", "evidence_file", "evidence_thumbnail"}
# Pages of no county: the ledger is the auditor's, and of the security administrator their own acts.
OF_ROLE = {"ledger": {Role.AUDITOR, Role.SECURITY_ADMINISTRATOR}}
POSTED_OF_ROLE = {"ledger_export", "ledger_verify"}  # tests/review/test_ledger_page.py
POSTED_BY_OWNER = {  # one's own items and absences; tests/review/test_inbox.py, test_absences.py
    "inbox_open", "inbox_read_all", "inbox_kinds", "absence_accept", "absence_end",
}  # fmt: skip
PUBLIC = {  # pages without a session and without an entry in anybody's inbox; tests/review/test_public.py
    "public", "public_county", "public_objection", "public_receipts", "public_receipt", "robots",
}  # fmt: skip
ONCE_SEALED = {"appeal", "appeal_new", "revoke"}  # no county of the world is; tests/review/test_case_pages.py
OPEN_TO_ALL = PUBLIC | {"sign_in", "sign_in_for_admin", "set_language", "health", "sign_out", "sign_out_of_admin"}
SIGNED_IN = {"home", "password", "password_in_admin", "start", "inbox", "absences"}

# The admin: what each role may do with each model; everything else is 403, and not staff is sent to sign in.
ADMIN = {
    "scoring_criteriaset": {Role.CRITERIA_ADMINISTRATOR: "view add change delete", Role.AUDITOR: "view"},
    "scoring_criterion": {Role.CRITERIA_ADMINISTRATOR: "view add change delete", Role.AUDITOR: "view"},
    "branches_region": {Role.CRITERIA_ADMINISTRATOR: "view", Role.AUDITOR: "view"},
    "branches_branch": {Role.CRITERIA_ADMINISTRATOR: "view change", Role.AUDITOR: "view"},
    "branches_department": {Role.CRITERIA_ADMINISTRATOR: "view add change", Role.AUDITOR: "view"},
    "branches_specialday": {Role.CRITERIA_ADMINISTRATOR: "view add change delete", Role.AUDITOR: "view"},
    "branches_succession": {Role.CRITERIA_ADMINISTRATOR: "view add", Role.AUDITOR: "view"},
    "evaluations_evaluationround": {Role.CRITERIA_ADMINISTRATOR: "view change", Role.AUDITOR: "view"},
    "evaluations_roundcounty": {Role.CRITERIA_ADMINISTRATOR: "view", Role.AUDITOR: "view"},
    "evaluations_rating": {Role.AUDITOR: "view"},
    "evaluations_vetorecord": {Role.AUDITOR: "view"},
    "evaluations_ratingrun": {Role.SYSTEM_ADMINISTRATOR: "view", Role.AUDITOR: "view"},
    "evaluations_sealedcounty": {Role.AUDITOR: "view"},
    "evaluations_sealedrating": {Role.AUDITOR: "view"},
    "ledger_ledgerentry": {Role.AUDITOR: "view"},
    "accounts_user": {
        Role.SYSTEM_ADMINISTRATOR: "view add change",
        Role.SECURITY_ADMINISTRATOR: "view",
        Role.AUDITOR: "view",
    },
    "accounts_grant": {
        Role.SYSTEM_ADMINISTRATOR: "view",
        Role.SECURITY_ADMINISTRATOR: "view add delete",
        Role.AUDITOR: "view",
    },
    "accounts_conflictofinterest": {Role.SECURITY_ADMINISTRATOR: "view add delete", Role.AUDITOR: "view"},
    "accounts_absence": {Role.SECURITY_ADMINISTRATOR: "view", Role.AUDITOR: "view"},
    "axes_accessattempt": {Role.SECURITY_ADMINISTRATOR: "view delete"},
    "axes_accessfailurelog": {Role.SECURITY_ADMINISTRATOR: "view"},
    "axes_accesslog": {Role.SECURITY_ADMINISTRATOR: "view"},
}
ADMIN_VERBS = {"changelist": "view", "add": "add", "change": "view", "delete": "delete", "history": "view"}
ADMIN_FRAME = {
    "index", "login", "logout", "password_change", "password_change_done", "autocomplete", "jsi18n", "view_on_site",
    "app_list", "auth_user_password_change",
}  # fmt: skip
