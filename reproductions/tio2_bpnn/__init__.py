"""The Keras Behler-Parrinello network on the aenet TiO2 set, tuned by KerasTuner's GridSearch."""
