"""The console as an ASGI application: every address behind the door, every form with its token."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from importlib.resources import files

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from maillage.base.errors import Kind, MaillageError
from maillage.base.i18n import _, in_language
from maillage.node.console.door import Notice, is_own_form
from maillage.node.console.errors import ForeignFormError, FormError, PageMissingError
from maillage.node.console.forms import Form, read_form
from maillage.node.console.pages import VIEWS
from maillage.node.console.visit import SEE_OTHER, Desk, View, Visit
from maillage.node.console.wall import Wall
from maillage.node.log import Log, log_incident

Endpoint = Callable[[Request], Awaitable[Response]]

ENTRY = "/entree"
STATIC: Mapping[str, str] = {
    "look.css": "text/css; charset=utf-8",
    "console.css": "text/css; charset=utf-8",
    "console.js": "text/javascript; charset=utf-8",
    "mark.svg": "image/svg+xml",
}
"""The files that a page may load; no other name is looked for on the disk."""
STATUS: Mapping[Kind, int] = {
    Kind.INPUT: 400,
    Kind.NOT_FOUND: 404,
    Kind.REFUSED: 403,
    Kind.UNAVAILABLE: 503,
    Kind.INTEGRITY: 409,
    Kind.LIMIT: 413,
    Kind.CONFLICT: 409,
}
_NO_ENTRY, _BUG = 403, 500


def build_app(desk: Desk) -> ASGIApp:
    """Every route; one that is not in this table does not exist."""
    routes = [
        Route(ENTRY, _entry(desk), methods=["GET"]),
        *(Route(f"/static/{name}", _static(name, kind)) for name, kind in STATIC.items()),
        *(Route(view.path, _guarded(desk, view), methods=[view.method]) for view in VIEWS),
        Route("/{rest:path}", _guarded(desk, View("", _missing)), methods=["GET"]),
    ]
    return Wall(Starlette(routes=routes), host=desk.origin.removeprefix("http://"))


def cookie_name(desk: Desk) -> str:
    """Of this port: cookies do not tell ports apart, and a second console must not undo the first."""
    return "maillage-console-" + desk.origin.rpartition(":")[2]


def _entry(desk: Desk) -> Endpoint:
    async def enter(request: Request) -> Response:
        session = desk.door.enter(request.query_params.get("cle", ""))
        if session is None:
            return _closed(desk, used=True)
        response = RedirectResponse("/", status_code=SEE_OTHER)
        # No end of its own: the console's end is its end. Not `secure`: loopback speaks plain HTTP.
        response.set_cookie(cookie_name(desk), session.cookie, httponly=True, samesite="strict", path="/")
        return response

    return enter


def _static(name: str, kind: str) -> Endpoint:
    data = files("maillage.node.console").joinpath("static", name).read_bytes()

    async def serve(_request: Request) -> Response:
        return Response(data, media_type=kind)

    return serve


def _closed(desk: Desk, *, used: bool = False) -> Response:
    page = desk.pages.get_template("closed.html")
    with in_language(desk.door.language):
        text = page.render(used=used, language=desk.door.language)
    return HTMLResponse(text, status_code=_NO_ENTRY)


def _guarded(desk: Desk, view: View) -> Endpoint:
    """The session first, then the form's token; only then is anything done."""

    async def serve(request: Request) -> Response:
        session = desk.door.find(request.cookies.get(cookie_name(desk), ""))
        if session is None:
            return _closed(desk)
        if not view.is_background:
            desk.door.touch()
        visit = Visit(desk, session, request.url.path, request.path_params, request.query_params, Form())
        with in_language(session.language):
            try:
                form = await _read_own_form(request, visit) if view.method == "POST" else Form()
            except FormError as error:
                return await run_in_threadpool(_tell, visit, error)
            return await run_in_threadpool(_answer, view, replace(visit, form=form))

    return serve


async def _read_own_form(request: Request, visit: Visit) -> Form:
    form = await read_form(request)
    if is_own_form(visit.session, form=form, headers=request.headers, origin=visit.desk.origin):
        return form
    raise ForeignFormError(
        _("Ce formulaire ne vient pas de cette console."),
        why=_("Rien n’a été fait."),
        remedy=_("Rechargez la page et recommencez."),
    )


def _missing(_visit: Visit) -> Response:
    raise PageMissingError(_("Il n’y a rien à cette adresse."))


def _answer(view: View, visit: Visit) -> Response:
    try:
        return view.answer(visit)
    except MaillageError as error:
        if view.method == "GET":
            return _tell(visit, error)
        visit.session.notices.append(Notice(error.what, error.why, error.remedy, is_error=True))
        return visit.go(view.back.format_map(visit.path))
    except Exception as error:  # noqa: BLE001 - the last frame: a library's error may quote a patient's value
        incident = log_incident(Log({"process": "console"}), "page_failed", error=error)
        return visit.show("problem.html", status=_BUG, error=_bug(incident))


def _tell(visit: Visit, error: MaillageError) -> Response:
    return visit.show("problem.html", status=STATUS[error.kind], error=error)


def _bug(incident: str) -> MaillageError:
    return MaillageError(
        _("La console a rencontré une erreur imprévue."),
        why=_("Le terminal où elle tourne en garde le lieu, sous le nom {incident}.").format(
            incident=incident
        ),
        remedy=_("C’est un défaut de Maillage : signalez-le avec ces lignes."),
    )
