"""What decisions teach: labels out, retraining, model versions, calibration, erasure."""
