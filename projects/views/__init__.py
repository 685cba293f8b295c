"""The pages of a project, by subject: methods, access(), form, action, redirect."""
