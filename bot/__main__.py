"""`python -m bot` is `nawoord`."""

from bot.cli import main

main()
