"""What people type about leads, checked; choices are those of the agreement and the organisation."""

from leads.forms.campaigns import CampaignForm, CostForm, FeedbackForm, MapForm
from leads.forms.decisions import STEPS, AssignForm, AttemptForm, ProgressForm, RejectForm
from leads.forms.evidence import MOST_BYTES, EvidenceForm, files_field
from leads.forms.notes import LONGEST_NOTE, WORDS_OF_FIELDS, note_field
from leads.forms.returns import NurtureForm, ResendForm
from leads.forms.sending import HandoverForm
from leads.forms.views import ViewForm

__all__ = [
    "LONGEST_NOTE",
    "MOST_BYTES",
    "STEPS",
    "WORDS_OF_FIELDS",
    "AssignForm",
    "AttemptForm",
    "CampaignForm",
    "CostForm",
    "EvidenceForm",
    "FeedbackForm",
    "HandoverForm",
    "MapForm",
    "NurtureForm",
    "ProgressForm",
    "RejectForm",
    "ResendForm",
    "ViewForm",
    "files_field",
    "note_field",
]
