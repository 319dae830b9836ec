"""What people write in a case: an appeal, a statement, a vote, a note."""

from django import forms
from django.utils.translation import gettext_lazy as _

from arbitration.models import Vote
from leads.forms import files_field

LONGEST = 10_000


class AppealForm(forms.Form):
    """Why the rejection is wrong."""

    claim = forms.CharField(
        label=_("Why is the rejection wrong?"),
        help_text=_("The board reads this first. Name the criterion and the proof."),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 5}),
    )
    evidence_files = files_field(_("Evidence"))


class StatementForm(forms.Form):
    """What the board should know."""

    text = forms.CharField(label=_("Your statement"), max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 4}))


class VoteForm(forms.Form):
    """What a member of the board would rule."""

    choice = forms.ChoiceField(
        label=_("I would"),
        choices=[(Vote.Choice.UPHELD, _("Uphold the rejection")), (Vote.Choice.OVERTURNED, _("Overturn it"))],
        widget=forms.RadioSelect,
    )
    reasons = forms.CharField(label=_("Because"), max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 3}))


class NoteForm(forms.Form):
    """What was said at the hearing."""

    text = forms.CharField(label=_("Note of the hearing"), max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 3}))


class RecusalForm(forms.Form):
    """Why a member of the board is not neutral."""

    reason = forms.CharField(label=_("Why you are not neutral"), max_length=1000)


class MoveForm(forms.Form):
    """Where a case goes on the board."""

    stage = forms.ChoiceField(choices=[("evidence", ""), ("ready", "")])
