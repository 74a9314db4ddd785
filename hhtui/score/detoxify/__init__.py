"""detoxify's models, with PyTorch in full precision or with ONNX Runtime in int8."""
