"""What people are asked and what they said: questions, answers, standing yeses, plans, invitations.

`asking` is the way of one question; `reviewing` says whose yes counts. Nothing here runs a call.
"""
