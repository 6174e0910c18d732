"""The policy that commands go by which look at what the service does."""

from bot.commands.store import NoDatabase, read_store
from bot.settings import read_settings
from hitl.policy import Policy, read_policy
from hitl.storage.running_policy import stored_policy


def policy_in_force() -> Policy:
    """What runs, or what the file says where nothing ever ran; raises ``PolicyError``."""
    try:
        running = read_store(stored_policy).policy
    except NoDatabase:
        running = None
    return running or read_policy(read_settings().policy)
