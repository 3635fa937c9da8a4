"""The main job, played by a scripted agent against real servers with real effects."""
