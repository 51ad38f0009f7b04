package jp;
public class Shohizei implements shop.tax.Tax { public String country() { return "JP"; } public double of(double n) { return Math.floor(n * 0.1); } }
