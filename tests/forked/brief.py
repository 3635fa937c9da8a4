"""What a worker tells of a test that passed: that it did. The rest is two thirds of all messages."""

TOLD = {"logstart", "logfinish"}
"""Who reads them writes them down at `-v` only."""


def brief(config):
    """Let the worker of this configuration leave out what nobody of this run reads."""
    option = config.option
    if option.verbose > 0 or option.durations is not None or option.xmlpath:
        return
    [worker] = (
        one
        for one in config.pluginmanager.get_plugins()
        if type(one).__name__ == "WorkerInteractor"
    )
    send = worker.sendevent

    def sendevent(name, **told):
        if name in TOLD:
            return
        if name == "testreport" and told["data"]["outcome"] == "passed":
            if told["data"]["when"] != "call":
                return
            told["data"]["keywords"] = {}
        send(name, **told)

    worker.sendevent = sendevent
