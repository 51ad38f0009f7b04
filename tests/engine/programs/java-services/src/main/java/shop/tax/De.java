package shop.tax;
public class De implements Tax { public String country() { return "DE"; } public double of(double n) { return n * 0.19; } }
