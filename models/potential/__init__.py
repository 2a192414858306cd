"""The potential itself: model, evaluation, forces, files, committees, errors."""
