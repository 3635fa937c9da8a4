"""The reviewer's console: a person sees a question whole, and signs yes or no with a passkey."""
