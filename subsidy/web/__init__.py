"""What the screen rooms share: page frame, components, lists, error pages, sign-in. Imported by screens alone."""
