package shop.tax;
public interface Tax { String country(); double of(double net); }
