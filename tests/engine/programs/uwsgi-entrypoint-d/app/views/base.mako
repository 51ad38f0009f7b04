<h1>Stock</h1>${self.body()}<small>${day}</small>
