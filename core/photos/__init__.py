"""Photo projects: folders of photos, their rows, derivatives, manifest and trash.

Here stands what job types (`core.tasks.photos`) and the person's side (`core.desk.photos`) share:
`kinds` (what counts as a photo), `folder` (a project's folder, by its handle), `moving` (moves that
never overwrite and never lose), `records` (rows and documents), `trash`, `manifest`, `derivatives`.
"""
