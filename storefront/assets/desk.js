/* Opens the questions about food when the category is one of food. Without this they open by hand. */
(() => {
  const category = document.getElementById("category");
  const food = document.querySelector("details.food");
  if (!category || !food) return;
  const foods = food.dataset.foods.split(" ");
  category.addEventListener("change", () => { food.open = foods.includes(category.value); });
})();
