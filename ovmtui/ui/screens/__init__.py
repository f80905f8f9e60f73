"""The screens: each shows frozen values and sends intents to the console behind it."""
