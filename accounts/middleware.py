"""Nothing behind a sign-in may stay in a shared PC's cache."""


def keep_private(get_response):
    """Mark every answer given to a signed-in person as not to be stored."""

    def middleware(request):
        response = get_response(request)
        if request.user.is_authenticated and not response.has_header("Cache-Control"):
            response["Cache-Control"] = "private, no-store"
        return response

    return middleware
