"""Building a warehouse file: from an OMOP extract, or from columns in memory."""
