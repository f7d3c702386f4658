"""Recordings: finding audio that was never transcribed, and hearing what is said in it.

`naming`, `finished`, `cutting` and `texts` decide and are pure; `walking`, `scan`, `importing` and
`sidecars` touch the disk; `decoding`, `voice`, `hearing` and `engines` work in a process of their
own, which `speech` keeps. What a worker does with them is `core.tasks.recordings`; what the API may
ask is `core.desk.recordings`.
"""
