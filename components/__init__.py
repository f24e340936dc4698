"""What is on the screen: one package per view, and the parts that all views share."""
