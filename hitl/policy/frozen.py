"""What every table of a policy has in common."""

from pydantic import BaseModel, ConfigDict


class Frozen(BaseModel):
    """Never changed, and refuses keys it does not know and values of another type."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)
