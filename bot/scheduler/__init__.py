"""The timetable: what happens by the clock rather than by a request."""
