"""One request of the person who came in: what was asked, and how it is answered."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from jinja2 import Environment
from starlette.datastructures import QueryParams
from starlette.responses import HTMLResponse, RedirectResponse, Response

from maillage.base.i18n import current_language
from maillage.node import review
from maillage.node.console.door import Door, Notice, Session
from maillage.node.console.forms import Form
from maillage.node.console.verifying import Verifying
from maillage.node.folder import Node

SEE_OTHER = 303


@dataclass(frozen=True)
class Desk:
    """What the console is made of, once. `origin` is the only address at which it is reached."""

    node: Node
    door: Door
    pages: Environment
    verifying: Verifying
    origin: str
    account: str


@dataclass(frozen=True)
class Visit:
    """What a page is drawn from. `path` holds the parts of the address, `query` what follows its mark."""

    desk: Desk
    session: Session
    address: str
    path: Mapping[str, str]
    query: QueryParams
    form: Form

    @property
    def node(self) -> Node:
        """The node that is looked after."""
        return self.desk.node

    @property
    def by(self) -> str:
        """The name that was typed; it is offered in the next form. Raises ReviewError for none."""
        name = review.check_name(self.form.get("by", ""))
        self.session.name = name
        return name

    def show(self, template: str, *, status: int = 200, **context: Any) -> Response:
        """A page."""
        text = self.desk.pages.get_template(template).render(
            **context,
            site=self.node.site,
            address=self.address,
            language=current_language(),
            session=self.session,
            account=self.desk.account,
        )
        return HTMLResponse(text, status_code=status)

    def go(self, address: str, *, told: str = "") -> Response:
        """To another page, where what was done is told once."""
        if told:
            self.session.notices.append(Notice(told))
        return RedirectResponse(address, status_code=SEE_OTHER)


@dataclass(frozen=True)
class View:
    """A page or a form: where it is, what answers. A form that is refused goes back to `back`.

    `is_background`: a script asks, not a person; it does not keep the console open.
    """

    path: str
    answer: Callable[[Visit], Response]
    method: Literal["GET", "POST"] = "GET"
    back: str = "/"
    is_background: bool = False
