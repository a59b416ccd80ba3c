"""What is made once for an installation and shared by everything that talks."""

from dataclasses import dataclass

from bot.accounts import Accounts
from bot.callbacks import Callbacks
from bot.conversations import Conversations
from bot.invitations import Invitations
from bot.optouts import OptOuts
from bot.settings import Settings
from bot.tagging import Taggers
from bot.verbatims import Verbatims
from flows.survey import Survey
from storage.database import Database
from storage.encryption import Keys


@dataclass(frozen=True, slots=True)
class Parts:
    """What the web, the worker and the command line share."""

    settings: Settings
    survey: Survey
    keys: Keys
    database: Database
    conversations: Conversations
    invitations: Invitations
    accounts: Accounts
    opt_outs: OptOuts
    taggers: Taggers
    verbatims: Verbatims
    callbacks: Callbacks
