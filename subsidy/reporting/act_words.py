"""What each act is called in the story of a case: for those who check, and for the company it is about."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Text = str | Promise

# (stream, act) to (officers' and auditors' words, the company's words; empty: the company is not shown it).
ACT_WORDS: dict[tuple[str, str], tuple[Text, Text]] = {
    ("case", "open"): (_("opened the case"), _("application started")),
    ("case", "save_answers"): (_("saved answers"), _("answers saved")),
    ("case", "attach"): (_("added a document"), _("document added")),
    ("case", "detach"): (_("removed a document"), _("document removed")),
    ("case", "submit"): (_("submitted the application"), _("application submitted")),
    ("case", "accept"): (_("accepted the application and drew the panel"), _("application accepted")),
    ("case", "return_for_correction"): (_("returned it for correction"), _("correction asked for")),
    ("case", "resubmit"): (_("resubmitted the corrected application"), _("correction submitted")),
    ("case", "refuse"): (_("did not accept the application"), _("application not accepted")),
    ("case", "score"): (_("submitted sealed scores"), _("an expert has scored")),
    ("case", "confirm_amount"): (_("confirmed the amount"), _("amount checked")),
    ("case", "reject"): (_("rejected the application"), _("application rejected")),
    ("case", "enter_round"): (_("entered its round"), _("ranked with the other applications of the call")),
    ("case", "award"): (_("was awarded by decree"), _("award granted")),
    ("case", "leave_unfunded"): (_("ended below the cut-off of its round"), _("not funded in this round")),
    ("case", "choose_account"): (_("confirmed the account for the payment"), _("account for the payment confirmed")),
    ("case", "change_account"): (_("chose another account for the payment"), _("another account for the payment chosen")),
    ("case", "payment_settled"): (_("the bank has paid"), _("paid by the bank")),
    ("case", "payment_refused"): (_("the bank refused the payment"), _("the bank could not carry out the payment")),
    ("case", "withdraw"): (_("withdrew the application"), _("application withdrawn")),
    ("case", "issue_letter"): (_("issued a letter"), _("letter issued")),
    ("case", "serve_letter"): (_("opened a letter (served)"), _("letter opened")),
    ("case", "claim"): (_("took the task"), ""),
    ("case", "unclaim"): (_("gave the task back"), ""),
    ("round", "open"): (_("opened the round"), ""),
    ("round", "close_collection"): (_("ranked the round and reserved the money"), ""),
    ("round", "approve"): (_("approved the list in the meeting"), _("approved in the meeting")),
    ("round", "send_back"): (_("sent the round back"), ""),
    ("round", "publish"): (_("published the notice list"), _("list published for objections")),
    ("round", "close_notice"): (_("closed the notice"), _("objection period ended")),
    ("round", "issue_decree"): (_("issued the decree"), _("decree issued")),
    ("round", "issue_paper"): (_("issued a paper of the round"), ""),
    ("round", "claim"): (_("took the task of the round"), ""),
    ("round", "unclaim"): (_("gave the task of the round back"), ""),
    ("batch", "prepare"): (_("prepared the payment batch"), _("payment prepared")),
    ("batch", "check"): (_("checked the payment batch"), _("payment checked by a second person")),
    ("batch", "release"): (_("released the payment batch"), _("payment released by a third person")),
    ("batch", "give_up"): (_("gave the payment batch up"), _("payment prepared anew")),
    ("batch", "refuse_release"): (_("refused to release the payment batch"), _("payment prepared anew")),
    ("batch", "export"): (_("handed the payment file to the bank"), _("payment handed to the bank")),
    ("batch", "take_answers"): (_("took in answers of the bank"), ""),
    ("batch", "note_answers"): (_("noted later answers of the bank"), ""),
    ("batch", "issue_cover"): (_("issued the cover sheet of the batch"), ""),
    ("batch", "claim"): (_("took the task of the batch"), ""),
    ("batch", "unclaim"): (_("gave the task of the batch back"), ""),
    ("company", "propose_account"): (_("entered the payee account"), _("payee account entered")),
    ("company", "confirm_account"): (_("confirmed the payee account"), _("payee account confirmed")),
}
