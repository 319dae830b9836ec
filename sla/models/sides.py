"""Who owes."""

from django.db import models


class Side(models.TextChoices):
    """Who owes a commitment."""

    MARKETING = "marketing"
    SALES = "sales"
    BOARD = "board"
