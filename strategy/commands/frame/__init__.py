"""What commands share: groups, options of plans and pages, stages, wide screens."""
