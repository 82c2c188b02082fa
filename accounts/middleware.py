"""Nothing behind a sign-in may stay in a shared PC's cache."""


def keep_private(get_response):
    """Mark every answer given to a signed-in person as not to be stored."""

    def middleware(request):
        response = get_response(request)
        # In this order: who it is depends on the cookie, and an answer that is for anybody must not (Vary: Cookie)
        if not response.has_header("Cache-Control") and request.user.is_authenticated:
            response["Cache-Control"] = "private, no-store"
        return response

    return middleware
