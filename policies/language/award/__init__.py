"""What follows a decision: sharing a budget, groups across policies, parts and funders of an award."""
