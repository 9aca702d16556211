"""What leaves, and who let it go: answers sealed until persons checked them, evidence of each release."""
