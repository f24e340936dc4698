"""Share cards: the PNG of a state that messages show for its link."""
