"""Pictures and words of a state for those who only look at its link: the PNG that a message shows, and the page's meta
tags."""
