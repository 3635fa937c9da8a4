"""Which tools an agent can reach, and which of them are judged: read, not run.

It looks at what is there: a framework's own objects, the closures and globals of the application's
functions, its sources, and settings of coding agents. It calls nothing of them.
"""
