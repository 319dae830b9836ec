"""Reports: the joint numbers of a week or a month, as page, mail and paper, when their reader wants them."""
