"""Parts of addresses and forms that several apps speak of."""


def of_handover(kind: str = "{handover}") -> dict[str, str]:
    return {"handover_id": kind}
