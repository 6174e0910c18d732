"""``hitl serve``, with Slack's pace not kept: a local workspace does not ask for it.

A program of its own, so that nothing of the benchmark is in its memory.
"""

import gc
import sys
from functools import partial

if __name__ == "__main__":
    gc.disable()  # as ``hitl serve`` does before it loads the app, which is loaded earlier here
    from bot import app

    app.running_service = partial(app.running_service, paced=False)
    from bot.cli import main

    sys.argv = ["hitl", "serve"]
    main()
