"""How the program is set up, started and looked after: what the Makefile, supervisor and Docker run."""
