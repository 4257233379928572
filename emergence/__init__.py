"""Does a task's score leave chance below a threshold of pre-training loss, where, and how sure are we?"""
