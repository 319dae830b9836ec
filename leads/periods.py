"""How long things are counted over (pure)."""

from datetime import timedelta

# A cohort's conversions are counted over this long after sending (product: conversion A → B within W days).
CONVERSION_FOR = timedelta(days=90)

# A returned lead counts as recycled when sales accepts it again within this time (product: recycle yield).
ACCEPTED_AGAIN_WITHIN = timedelta(days=180)
# What a stretch of the time until first contact ends before, in seconds; the last one has no end.
BAND_ENDS = (15 * 60, 3600, 4 * 3600, 12 * 3600, 24 * 3600)
