//! Words of random prompts: short and frequent, so that most are one token for most tokenizers.

pub(super) const WORDS: [&str; 160] = [
    "about", "above", "after", "again", "air", "all", "along", "also", "always", "and", "animal",
    "answer", "any", "area", "ask", "away", "back", "base", "bed", "before", "best", "big", "bird",
    "black", "blue", "boat", "body", "book", "both", "box", "bring", "call", "can", "car", "city",
    "class", "close", "cold", "color", "come", "cut", "dark", "day", "deep", "did", "door", "down",
    "draw", "dry", "each", "earth", "east", "eat", "end", "even", "ever", "eye", "face", "fact",
    "fall", "far", "farm", "fast", "field", "find", "fire", "first", "fish", "five", "food",
    "form", "four", "free", "full", "game", "girl", "give", "gold", "good", "green", "group",
    "grow", "half", "hand", "hard", "head", "hear", "heat", "help", "high", "home", "horse", "hot",
    "hour", "house", "idea", "island", "keep", "kind", "king", "land", "large", "last", "late",
    "lead", "leave", "left", "letter", "life", "light", "line", "list", "long", "look", "love",
    "machine", "main", "make", "man", "map", "mark", "mean", "mind", "money", "moon", "morning",
    "most", "music", "name", "near", "never", "new", "night", "north", "note", "number", "ocean",
    "off", "old", "open", "page", "paper", "part", "place", "plan", "plane", "plant", "point",
    "power", "question", "rain", "read", "red", "river", "road", "rock", "room", "round", "run",
    "sea",
];
