"""Pages that are not views: the lecture, the theory page and the static site."""
