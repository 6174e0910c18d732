"""The verbs: everything that changes a case, one transaction each."""

from hitl.review.adjudicate import AdjudicationRefused, adjudicate
from hitl.review.answer import TokenWrong, UserAnswer, UserHasAnswered, UserNotAsked, answer
from hitl.review.claim import SkipReason, claim, claim_next, release, skip
from hitl.review.erase import EraseRefused, erase
from hitl.review.escalate import time_is_up
from hitl.review.expire import take_steps
from hitl.review.feedback import Feedback, FeedbackGiven, NoFeedbackAsked, give_feedback
from hitl.review.flags import NotFlagged, ask_to_recheck, clear_flag
from hitl.review.inquire import (
    AlreadyAnswered,
    NobodyToAsk,
    QuestionNotFound,
    ask_submitter,
    can_ask_submitter,
    take_reply,
)
from hitl.review.known import add_known_answer, serve_known
from hitl.review.overrule import OverruleRefused, overrule
from hitl.review.policies import (
    AlreadySigned,
    Effects,
    NothingChanges,
    PolicyMoved,
    ProposalEnded,
    ProposalOpen,
    Taken,
    UnknownOffice,
    effects_of,
    propose,
    sign_change,
    take_policy,
    withdraw_change,
)
from hitl.review.practise import practise
from hitl.review.queueing import tend_queue_card
from hitl.review.refusals import (
    AlreadyDecided,
    AlreadyVoted,
    CaseDisputed,
    CaseErased,
    CaseWithdrawn,
    LabelNotAllowed,
    LabelRequired,
    LabelUnknown,
    NeedsOthers,
)
from hitl.review.submission import NewEvidence, NewPicture, Routed, Submission
from hitl.review.submit import Arrival, KeyReused, submit, submit_all
from hitl.review.talk import add_note, hand_over
from hitl.review.tallies import Count, TallyKeyReused, add_tallies
from hitl.review.thread import Reply, forget_reply, note_reply
from hitl.review.truth import record_truth
from hitl.review.undo import UndoRefused, undo
from hitl.review.vote import vote
from hitl.review.withdraw import withdraw
from hitl.storage.queries import CaseNotFound

__all__ = [
    "AdjudicationRefused",
    "AlreadyAnswered",
    "AlreadyDecided",
    "AlreadySigned",
    "AlreadyVoted",
    "Arrival",
    "CaseDisputed",
    "CaseErased",
    "CaseNotFound",
    "CaseWithdrawn",
    "Count",
    "Effects",
    "EraseRefused",
    "Feedback",
    "FeedbackGiven",
    "KeyReused",
    "LabelNotAllowed",
    "LabelRequired",
    "LabelUnknown",
    "NeedsOthers",
    "NewEvidence",
    "NewPicture",
    "NoFeedbackAsked",
    "NobodyToAsk",
    "NotFlagged",
    "NothingChanges",
    "OverruleRefused",
    "PolicyMoved",
    "ProposalEnded",
    "ProposalOpen",
    "QuestionNotFound",
    "Reply",
    "Routed",
    "SkipReason",
    "Submission",
    "Taken",
    "TallyKeyReused",
    "TokenWrong",
    "UndoRefused",
    "UnknownOffice",
    "UserAnswer",
    "UserHasAnswered",
    "UserNotAsked",
    "add_known_answer",
    "add_note",
    "add_tallies",
    "adjudicate",
    "answer",
    "ask_submitter",
    "ask_to_recheck",
    "can_ask_submitter",
    "claim",
    "claim_next",
    "clear_flag",
    "effects_of",
    "erase",
    "forget_reply",
    "give_feedback",
    "hand_over",
    "note_reply",
    "overrule",
    "practise",
    "propose",
    "record_truth",
    "release",
    "serve_known",
    "sign_change",
    "skip",
    "submit",
    "submit_all",
    "take_policy",
    "take_reply",
    "take_steps",
    "tend_queue_card",
    "time_is_up",
    "undo",
    "vote",
    "withdraw",
    "withdraw_change",
]
