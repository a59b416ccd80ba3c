"""The tables: everything that is kept, and what can never be true of it."""

from storage.models.access import api_keys as api_keys
from storage.models.access import sign_in_tries as sign_in_tries
from storage.models.access import users as users
from storage.models.conversations import answers as answers
from storage.models.conversations import opt_outs as opt_outs
from storage.models.conversations import respondents as respondents
from storage.models.conversations import senders as senders
from storage.models.conversations import sessions as sessions
from storage.models.conversations import turns as turns
from storage.models.invitations import attempts as attempts
from storage.models.invitations import contacts as contacts
from storage.models.invitations import daily as daily
from storage.models.invitations import heartbeats as heartbeats
from storage.models.invitations import invitations as invitations
from storage.models.invitations import pace as pace
from storage.models.invitations import quarantines as quarantines
from storage.models.moments import Moment as Moment
from storage.models.moments import metadata as metadata
from storage.models.moments import read as read
from storage.models.moments import written as written
from storage.models.sandbox import sandbox_calls as sandbox_calls
from storage.models.sandbox import sandbox_messages as sandbox_messages
from storage.models.themes import corrections as corrections
from storage.models.themes import reviews as reviews
from storage.models.themes import taggings as taggings
from storage.models.themes import tags as tags
