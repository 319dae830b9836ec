"""A form in a dialog for htmx, as a page of its own for everybody else and when it is wrong."""

from django.forms import Form
from django.http import HttpResponse

from smarketing.lib.htmx import render_page
from tenants.access import MemberRequest

TEMPLATE = "leads/form_page.html"


def form_answer(
    request: MemberRequest,
    form: Form,
    *,
    title: str,
    submit_label: str,
    text: str = "",
    refusal: str = "",
    target: str = "",
) -> HttpResponse:
    """Show a form that posts to the address it was asked at; 409 with a refusal, 422 when it is wrong.

    ``target`` is what a success replaces in the page behind; without one the page itself follows.
    """
    context = {
        "title": title,
        "text": text,
        "form": form,
        "action_url": request.get_full_path(),
        "submit_label": submit_label,
        "refusal": refusal,
        "target": target,
    }
    status = 409 if refusal else 422 if form.is_bound else 200
    return render_page(request, TEMPLATE, context, partial="dialog", status=status)
