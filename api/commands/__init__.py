"""The commands of `atomzoo`, one a module; TensorFlow is imported when a command runs, not before."""
