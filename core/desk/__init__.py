"""What the service offers to the outside, one desk for each noun of the API.

A desk takes a validated request, calls the queue's verbs and answers with plain documents; every
refusal is one of `core.errors`. Nothing here knows HTTP. `core.service` makes the desks and `webui`
calls them; desks may call each other, in the order in which the service makes them:
types, queue, settings → tasks, lists, schedules, stats, answers.
"""
