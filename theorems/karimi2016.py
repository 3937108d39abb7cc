"""Gradient descent falls at a linear rate wherever the squared gradient bounds the distance from the least loss, convex or not.

H. Karimi, J. Nutini, M. Schmidt. Linear Convergence of Gradient and Proximal-Gradient Methods Under the Polyak-Łojasiewicz Condition. ECML PKDD 2016,
arXiv:1608.04636. Here: Theorem 1 for least squares and for a function that is not convex. The paper itself was not at hand: what stands at its
address is derived here, and marked as ours. Beside it, as PEPit states them: what is sharp for quadratics and convex functions, exact line search
included, and a smaller factor under the same condition. The condition is the Polyak-Łojasiewicz inequality, ‖∇f‖² ≥ 2μ(f − f*); for least squares
μ and L are computed from the data, whose rows, or columns, must be independent.
"""

from dataclasses import replace

from sympy import Derivative, Eq, Max, Min, Rational, cos, exp, pi, sin

from theorems.language import (
    About, Claim, Each, Erratum, Grows, Hypothesis, Identity, Implication, Limit, Paper, Practice, Quantity, Scale, Setting, Theorem, Witness,
    count, index, measured, positive,
)
from theorems.language.measurement import (
    cosine_of, gradient, greatest_eigenvalue, identity, inputs, labels, least_eigenvalue, norm, normal, parameter, points, right_vector, rows,
    so_far, solve, spectral, total, training_loss,
)
from theorems.language.method import Descent
from theorems.language.quantity import nonnegative

paper = Paper(key="karimi2016", title="Linear Convergence of Gradient and Proximal-Gradient Methods Under the Polyak-Łojasiewicz Condition", year=2016,
              venue="ECML PKDD 2016", authors=("H. Karimi", "J. Nutini", "M. Schmidt"), arxiv="1608.04636",
              beside=("PEPit, performance estimation in Python, github.com/PerformanceEstimation/PEPit",))

# Letters ------------------------------------------------------------------------------------------------------------------------------------------
n, k, eta = count("n", "training points"), index("k", "gradient step"), positive("eta", "step size")

# Least squares, a quadratic of one number a point, and a function that is not convex --------------------------------------------------------------
w, u = parameter("w", inputs), parameter("u", points)
gram, moments, misfit = rows @ rows.T, rows.T @ rows, rows @ w - labels
bumpy = total(w**2 + 3 * (1 - cosine_of(2 * w)) / 2)                                                 # Σ w_i² + 3 sin² w_i
apart = w - solve(moments, rows.T @ labels)                                                          # w − w*, columns independent
steepest, other = right_vector(gram), right_vector(spectral(rows)**2 * identity(points) - gram)      # where XXᵀ is L, and where it is μ
slope, pull = gradient(training_loss, w), gradient(training_loss, u)

L = measured("L", "largest eigenvalue of XXᵀ, the smoothness of the loss", greatest_eigenvalue(gram), positive=True)
mu = measured("mu", "least eigenvalue of XXᵀ", least_eigenvalue(gram))
nu = measured("nu", "least eigenvalue of XᵀX", least_eigenvalue(moments))
loss = measured("f", "loss that is trained", training_loss, text="f({})", tex=r"f({})", nonnegative=True)
gap = measured("gap", "loss less the least loss", norm(rows @ apart)**2 / 2, text="f({})−f*", tex=r"f({})-f^*")
energy = measured("energy", "squared norm of the gradient", norm(slope)**2, text="‖∇f({})‖²", tex=r"\lVert\nabla f({})\rVert^2")
spent = measured("spent", "sum of the squared norms of the gradients so far", so_far("total", norm(slope)**2), text="Σ‖∇f‖²({})")
away = measured("away", "distance of the start from the nearest solution", norm(rows.T @ solve(gram, misfit)).start, text="‖w(0)−w*‖")
size = measured("size", "norm of u, its distance from the solution", norm(u), text="‖u({})‖", tex=r"\lVert u({})\rVert")

# What is trained on what --------------------------------------------------------------------------------------------------------------------------
squares = Setting(outputs=rows @ w, trained=(w,), start={w: normal}, loss=norm(misfit)**2 / 2, data=("unit_ball",))
waves = Setting(trained=(w,), start={w: 2 * normal}, loss=bumpy)
worst = Setting(trained=(u,), start={u: other + steepest / 100}, loss=norm(u @ rows)**2 / 2, data=("unit_ball",))    # 1/100: an inequality that is
# met with equality cannot be told from one that fails
search = replace(worst, start={u: steepest / spectral(rows)**2 + other / least_eigenvalue(gram)}, method=Descent(step=norm(pull)**2 / norm(pull @ rows)**2))
sizes, run = Scale(samples=n, step_size=eta), Practice(data="digits", samples=10, widths=(1,), seeds=4, steps=200)

# Theorem 1 ----------------------------------------------------------------------------------------------------------------------------------------
at_1, pepit = "Theorem 1", "PEPit, gradient_descent"
independent = Hypothesis("independent rows", mu > 0, at="ours", form="ours")
full = Hypothesis("independent columns", nu > 0, at="ours", form="ours")
inverse = Hypothesis("steps", Eq(eta, 1 / L), at=at_1, form="ours")
short = Hypothesis("short steps", eta < 2 / L, at="ours", form="ours")
kept = 1 - L * eta / 2                                                       # of the descent, to second order
rate = 1 - 2 * mu * eta * kept
inequality = Claim("the inequality", energy(k) >= 2 * mu * loss(k), at="Theorem 1, its condition", over=Each(k), form="ours")
descends = Claim("every step descends", loss(k + 1) <= loss(k) - energy(k) / (2 * L), at="Theorem 1, proof", over=Each(k), form="ours")
contracts = Claim("every step contracts", loss(k + 1) <= (1 - mu / L) * loss(k), at="Theorem 1, proof", over=Each(k), form="ours")
decays = Claim("loss decays", loss(k) <= (1 - mu / L)**k * loss(0), at=at_1, over=Each(k), form="ours")
twice = Claim("a quadratic contracts twice", loss(k + 1) <= (1 - mu / L)**2 * loss(k), at="ours", over=Each(k), form="ours")
sharper = Claim("a smaller factor", loss(k + 1) <= (2 * L - 2 * mu) / (2 * L + mu) * loss(k), over=Each(k), form="ours",
                at="Abbaszadehpeivasti, de Klerk and Zamani, Theorem 3, at 1/L, as in PEPit")
convex = Claim("no inequality is needed for 1/k", loss(k) <= L * away**2 / (4 * k * L * eta + 2), at="Drori and Teboulle, Theorem 3.1, as in PEPit",
               over=Each(k))
theorem = Theorem(statement="Theorem 1, least squares", says="With steps 1/L the loss falls by the factor 1 − μ/L or less.", form="ours", setting=squares,
                  scale=sizes, practice=run, witness=Witness("digits", samples=4, steps=40), hypotheses=(independent, inverse),
                  claims=(inequality, descends, contracts, decays, twice, sharper, convex))

descend = Claim("every step descends", loss(k + 1) <= loss(k) - eta * kept * energy(k), at="Theorem 1, proof", over=Each(k), form="ours")
contract = Claim("every step contracts", loss(k + 1) <= rate * loss(k), at="Theorem 1, proof", over=Each(k), form="ours")
decay = Claim("loss decays", loss(k) <= rate**k * loss(0), at=at_1, over=Each(k), form="ours")
summable = Claim("gradients are summable", eta * kept * spent(k) <= loss(0), at="ours", over=Each(k), form="ours")
vanishes = Claim("loss vanishes", Eq(loss(k), 0), at="ours", over=Limit(k), form="ours")
steps = replace(theorem, statement="Theorem 1, any step", says="Every step below 2/L gives a linear rate, the step 1/L the best.",
                practice=replace(run, step_size=Rational(1, 10)), witness=Witness("digits", samples=4, step=3 / (2 * L), steps=60),
                hypotheses=(independent, short), claims=(inequality, descend, contract, decay, summable, vanishes))

above = Claim("the inequality", energy(k) >= 2 * nu * gap(k), at="Theorem 1, its condition", over=Each(k), form="ours")
nearer = Claim("every step contracts", gap(k + 1) <= (1 - nu / L) * gap(k), at="Theorem 1, proof", over=Each(k), form="ours")
closes = Claim("loss decays to the least loss", gap(k) <= (1 - nu / L)**k * gap(0), at=at_1, over=Each(k), form="ours")
unfitted = replace(theorem, statement="Theorem 1, more points than inputs", says="The same where no weights fit all labels.",
                   practice=replace(run, data="sphere", samples=20, steps=60), witness=Witness("sphere", samples=20, steps=60),
                   hypotheses=(full, inverse), claims=(above, nearer, closes))

# Not convex: w² + 3 sin²w has second derivatives from −4 to 8 -------------------------------------------------------------------------------------
low, high = Rational(1, 32), 8                                               # its μ and L; after some ten steps of 1/8 the loss is rounding
eighth = Hypothesis("steps", Eq(eta, Rational(1, high)), at=at_1, form="ours")
hilly = Claim("the inequality", energy(k) >= 2 * low * loss(k), at="ours", over=Each(k), form="ours")
falls = Claim("every step descends", loss(k + 1) <= loss(k) - energy(k) / (2 * high), at="Theorem 1, proof", over=Each(k), form="ours")
lower = Claim("every step contracts", loss(k + 1) <= (1 - low / high) * loss(k), at="Theorem 1, proof", over=Each(k), form="ours")
lowest = Claim("loss decays", loss(k) <= (1 - low / high)**k * loss(0), at=at_1, over=Each(k), form="ours")
crossing = replace(theorem, statement="Theorem 1, a function that is not convex", says="The same, from starts on any side of any hill.", setting=waves,
                   practice=replace(run, steps=8), witness=Witness("digits", samples=4, steps=8), hypotheses=(eighth,),
                   claims=(hilly, falls, lower, lowest))

# What is sharp for quadratics: the start in the direction of μ, and exact line search from both ends ----------------------------------------------
tame = Hypothesis("short steps", eta <= 1 / L, at="ours", form="ours")
share = Min(1, Max(mu / L, 1 / (L * eta * (2 * k + 1))))
distance = Claim("distance", size(k)**2 <= Max((1 - L * eta)**2, (1 - mu * eta)**2)**k * size(0)**2, at=f"{pepit}_contraction", over=Each(k))
value = Claim("loss", loss(k) <= L / 2 * Max(share * (1 - share * L * eta)**(2 * k), (1 - L * eta)**(2 * k)) * size(0)**2,
              at="Bousselmi, Hendrickx and Glineur, (4.17), as in PEPit", over=Each(k))
begins = Claim("the start is nearly in the direction of μ", Eq(2 * loss(0), mu + L / 10**4), at="ours", form="ours")
exactly = Claim("the loss itself", Eq(2 * loss(k), mu * (1 - mu * eta)**(2 * k) + L * (1 - L * eta)**(2 * k) / 10**4), at="ours", over=Each(k), form="ours")
sharp = replace(theorem, statement="Quadratics, the worst start", says="From nearly the flattest direction the loss comes near its bound.", setting=worst,
                practice=replace(run, seeds=1, step_size=Rational(1, 10)), witness=Witness("digits", samples=4, steps=40),
                hypotheses=(independent, tame), claims=(begins, distance, value, exactly))
zigzag = ((L - mu) / (L + mu))**2
searched = Claim("loss", loss(k) <= zigzag**k * loss(0), at="De Klerk, Glineur and Taylor, Theorem 1.2, as in PEPit", over=Each(k))
swings = Claim("the loss itself", Eq(loss(k), zigzag**k * loss(0)), at="ours", over=Each(k), form="ours")
line = replace(sharp, statement="Quadratics, exact line search", says="Exact line search falls by ((L − μ)/(L + μ))² in every step, or by more.",
               setting=replace(search, start={u: normal}), scale=Scale(samples=n), practice=run, witness=Witness("digits", samples=4, steps=40),
               hypotheses=(independent,), claims=(searched,))
slowest = replace(line, statement="Quadratics, exact line search from the worst start", says="By no more, from a start between both ends.",
                  setting=search, practice=replace(run, seeds=1), claims=(swings,))

# The proofs: their letters, then their steps ------------------------------------------------------------------------------------------------------
lam, c = positive("lam", "an eigenvalue of XXᵀ, or of XᵀX"), nonnegative("c", "squared part of the misfit, or of w − w*, in its direction")
x, y, z = positive("x", "a number"), nonnegative("y", "a number"), positive("z", "a coordinate of w, up to its sign")
h, sine, cosine = nonnegative("h", "share of the loss that a step leaves"), Quantity("sine", "sin z", About.SCALE), Quantity("cosine", "cos z", About.SCALE)
p, q = positive("p", "the μ of the inequality"), positive("q", "the root in the factor for steps up to 1/L")
m = -L                                                                       # a lower bound of the curvature, none being assumed
g, a, b = positive("g", "‖∇q‖²"), positive("a", "curvature along the gradient"), positive("b", "mean of its inverse, 2q/‖∇q‖²")
smooth = loss(k + 1) <= loss(k) - eta * energy(k) + L * eta**2 * energy(k) / 2
longer = (L * eta - 2) * (m * eta - 2) * p * eta / ((L + m - p) * eta - 2) + 1      # for steps from 1/L on
proof = (
    Implication("each direction of the misfit has the inequality", (independent, lam >= mu), lam * c >= 2 * mu * (c / 2), at="Theorem 1, its condition"),
    Implication("so that their sum has it", (Eq(energy(k), x), Eq(2 * loss(k), y), x >= mu * y), inequality, at="Theorem 1, its condition"),
    Implication("smoothness at a step of 1/L", (inverse, smooth), descends, at="Theorem 1, proof"),
    Implication("and the inequality", (descends, inequality), contracts, at="Theorem 1, proof"),
    Implication("steps multiply", (contracts, decays, Eq(h, 1 - mu / L)), loss(k + 1) <= h * decays.relation.rhs, at="Theorem 1, proof"),
    Implication("each direction contracts twice", (inverse, lam >= mu, lam <= L), (1 - lam * eta)**2 * c <= (1 - mu / L)**2 * c, at="ours"),
    Implication("and so does the loss", (Eq(2 * loss(k), x), Eq(2 * loss(k + 1), y), y <= (1 - mu / L)**2 * x), twice, at="ours"),
    Identity("the smaller factor at 1/L", longer.subs(eta, 1 / L), (2 * L - 2 * p) / (2 * L + p), at="Abbaszadehpeivasti et al., Theorem 3"),
    Implication("is no less for quadratics", (independent, twice, mu <= L), sharper, at="ours"),
    Grows("a factor is less than an exponential", 1 - z, exp(-z), along=z, at="Drori and Teboulle, for quadratics"),
    Grows("which a line is less than", 1 + z, exp(z), along=z, at="Drori and Teboulle, for quadratics"),
    Implication("x the share λ/L, y what 2k steps leave", (y * (1 + 2 * k * x) <= 1, x <= 1), x * y * (2 * k + 1) <= 1,
                at="Drori and Teboulle, for quadratics"),
    Implication("in every direction", (inverse, 2 * loss(k) <= L * away**2 * x, x * (2 * k + 1) <= 1), convex, at="Drori and Teboulle, for quadratics"))
steps_proof = (
    *proof[:2],
    Implication("part of a short step's descent is kept", (short,), kept > 0, at="ours"),
    Implication("by smoothness", (smooth,), descend, at="Theorem 1, proof"),
    Implication("the inequality makes it a share of the loss", (short, descend, inequality), contract, at="Theorem 1, proof"),
    Implication("which 1/L makes the largest", (short,), eta * kept <= 1 / (2 * L), at="ours"),
    Implication("not more than all of it", (independent, mu <= L), rate >= 0, at="ours"),
    Implication("steps multiply", (contract, decay, Eq(h, rate)), loss(k + 1) <= h * decay.relation.rhs, at="Theorem 1, proof"),
    Implication("descents add up", (descend, Eq(spent(k + 1), spent(k) + energy(k)), eta * kept * spent(k) <= loss(0) - loss(k)),
                eta * kept * spent(k + 1) <= loss(0) - loss(k + 1), at="ours"),
    Implication("to no more than the first loss", (eta * kept * spent(k) <= loss(0) - loss(k),), summable, at="ours"),
    Implication("a power of less than one vanishes", (loss(k) <= y * loss(0), Eq(y, 0)), vanishes, at="ours"))
unfitted_proof = (
    Implication("each direction of w − w* has the inequality", (full, lam >= nu), lam**2 * c >= 2 * nu * (lam * c / 2), at="Theorem 1, its condition"),
    Implication("so that their sum has it", (Eq(energy(k), x), Eq(2 * gap(k), y), x >= nu * y), above, at="Theorem 1, its condition"),
    Implication("smoothness and the inequality", (inverse, above, gap(k + 1) <= gap(k) - eta * energy(k) + L * eta**2 * energy(k) / 2), nearer,
                at="Theorem 1, proof"),
    Implication("steps multiply", (nearer, closes, Eq(h, 1 - nu / L)), gap(k + 1) <= h * closes.relation.rhs, at="Theorem 1, proof"))
curved = (2 * z + 6 * sine * cosine)**2 >= 2 * low * (z**2 + 3 * sine**2)
crossing_proof = (
    Identity("its slope", Derivative(z**2 + 3 * sin(z)**2, z), 2 * z + 6 * sin(z) * cos(z), at="ours"),
    Identity("and its curvature", Derivative(z**2 + 3 * sin(z)**2, (z, 2)), 2 + 6 * cos(2 * z), at="ours"),
    Implication("at most 8", (cosine <= 1,), 2 + 6 * cosine <= high, at="ours"),
    Implication("and negative at π/2", (Eq(cosine, -1),), 2 + 6 * cosine < 0, at="ours"),
    Implication("the inequality up to π/2", (sine >= 0, cosine >= 0, sine <= z), curved, at="ours"),
    Implication("up to 2, sin 2z being at least π − 2z", (z <= 2, 2 * sine * cosine >= pi - 2 * z, sine**2 <= 1), curved, at="ours"),
    Implication("and from there on", (z >= 2, 2 * sine * cosine >= -1, sine**2 <= 1), curved, at="ours"),
    Implication("so that the sum has it", (Eq(energy(k), x), Eq(loss(k), y), x >= 2 * low * y), hilly, at="ours"),
    Implication("smoothness at a step of 1/8", (eighth, loss(k + 1) <= loss(k) - eta * energy(k) + high * eta**2 * energy(k) / 2), falls,
                at="Theorem 1, proof"),
    Implication("and the inequality", (falls, hilly), lower, at="Theorem 1, proof"),
    Implication("steps multiply", (lower, lowest), loss(k + 1) <= (1 - low / high) * lowest.relation.rhs, at="Theorem 1, proof"))
factor = Max((1 - L * eta)**2, (1 - mu * eta)**2)
sharp_proof = (
    Implication("each direction contracts", (tame, lam >= mu, lam <= L), (1 - lam * eta)**2 <= factor, at=f"{pepit}_contraction"),
    Implication("by a factor below one", (independent, tame, mu <= L), factor < 1, at="ours"),
    Implication("steps multiply", (size(k + 1)**2 <= factor * size(k)**2, distance), size(k + 1)**2 <= factor * distance.relation.rhs,
                at=f"{pepit}_contraction"),
    Identity("the loss in a direction is largest where (2k + 1)λη = 1", Derivative(lam * (1 - lam * eta)**(2 * k), lam),
             (1 - lam * eta)**(2 * k) * (1 - (2 * k + 1) * lam * eta) / (1 - lam * eta), at="Bousselmi, Hendrickx and Glineur, (4.17)"),
    Implication("kept between μ and L it is the bound", (2 * loss(k) <= L * x * size(0)**2, x <= Max(share * (1 - share * L * eta)**(2 * k),
                (1 - L * eta)**(2 * k))), value, at="Bousselmi, Hendrickx and Glineur, (4.17)"),
    Implication("both parts of the start", (Eq(2 * loss(0), mu * x + L * y / 10**4), Eq(x, 1), Eq(y, 1)), begins, at="ours"),
    Implication("go by their own powers", (Eq(2 * loss(k), mu * x + L * y / 10**4), Eq(x, (1 - mu * eta)**(2 * k)), Eq(y, (1 - L * eta)**(2 * k))),
                exactly,
                at="ours"))
ends = Implication("each direction is between both ends", (independent, lam >= mu, lam <= L), lam + mu * L / lam <= L + mu, at="Theorem 1.2")
line_proof = (
    ends,
    Implication("so is a mean over them: Kantorovich", (independent, a + mu * L * b <= L + mu), 4 * mu * L * a * b <= (L + mu)**2, at="Theorem 1.2"),
    Implication("the best step is one over the curvature", (independent, 4 * mu * L * a * b <= (L + mu)**2, Eq(2 * loss(k), b * g),
                Eq(2 * loss(k + 1), b * g - g / a)), loss(k + 1) <= zigzag * loss(k), at="Theorem 1.2"),
    Implication("steps multiply", (loss(k + 1) <= zigzag * loss(k), searched, Eq(h, zigzag)), loss(k + 1) <= h * searched.relation.rhs, at="Theorem 1.2"))
slowest_proof = (
    Implication("the factor is below one", (independent, mu <= L), zigzag < 1, at="ours"),
    Identity("from equal parts of the gradient, one end", (1 - mu / ((L + mu) / 2)) / mu, (L - mu) / (L + mu) / mu, at="ours"),
    Identity("and the other, which turns", (1 - L / ((L + mu) / 2)) / L, -(L - mu) / (L + mu) / L, at="ours"),
    Implication("so both ends go by one power", (Eq(loss(k), x**2 * loss(0)), Eq(x**2, zigzag**k)), swings, at="ours"))
theorems = (
    replace(theorem, derivation=proof), replace(steps, derivation=steps_proof), replace(unfitted, derivation=unfitted_proof),
    replace(crossing, derivation=crossing_proof), replace(sharp, derivation=sharp_proof), replace(line, derivation=line_proof),
    replace(slowest, derivation=slowest_proof))

# As printed, as corrected -------------------------------------------------------------------------------------------------------------------------
still = (Eq(q, 2 * L),)                                                      # the root where the step is 0
errata = (
    Erratum(at="PEPit, gradient_descent_quadratic_lojasiewicz_intermediate", kind="misprint",
            printed=Implication("no step, no progress", still, Eq(p + q**2 / (2 * L + p)**2, 1), at="for steps up to 1/L"),
            corrected=Implication("no step, no progress", still, Eq((p + q)**2 / (2 * L + p)**2, 1), at="for steps up to 1/L"),
            remark="the square is that of the whole numerator; as coded it binds to the root alone, and without a step the loss would change"),
)
