from nltk.translate.bleu_score import corpus_bleu as nb
import warnings
def score(references,candidates,metrics=None):
    from captioner.data.vocabulary import split_words
    ids=list(references)
    with warnings.catch_warnings():
        warnings.simplefilter('ignore')
        v=nb([[split_words(t) for t in references[i]] for i in ids],[split_words(candidates[i][0]) for i in ids],weights=[tuple([1/n]*n) for n in (1,2,3,4)])
    return {f"Bleu_{n+1}":float(x) for n,x in enumerate(v)}
